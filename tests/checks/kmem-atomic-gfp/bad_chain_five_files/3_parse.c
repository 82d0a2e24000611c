int station_learn(void *table, int key);

void rx_parse(void *port, int kind)
{
	if (kind)
		station_learn(port, kind);
}
