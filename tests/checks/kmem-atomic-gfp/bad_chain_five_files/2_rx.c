void rx_parse(void *port, int kind);

void rx_frame(void *port)
{
	rx_parse(port, 3);
}
