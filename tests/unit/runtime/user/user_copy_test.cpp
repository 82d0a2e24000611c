#include "machine.h"

#include <gtest/gtest.h>

#include <cerrno>

using namespace kmem::sim;

namespace {

struct UserCopyTest : testing::Test {
  Machine machine;
  UserMemory &user = machine.user;
  MmId mm = user.spaces.create();
  Address at = machine.map(mm, 4 * pageSize);
  std::vector<std::byte> bytes = std::vector<std::byte>(2 * pageSize, std::byte(0xee));

  UserCopyTest() { user.spaces.use(mm); }
  bool printed(std::string_view text, Console::Mark since = 0) {
    for (const std::string &line : machine.kernel.console.since(since))
      if (line.find(text) != std::string::npos)
        return true;
    return false;
  }
};

TEST_F(UserCopyTest, faultsWhatIsAbsentIn) {
  EXPECT_EQ(user.copy.copyToUser(at, bytes), 0u);
  EXPECT_EQ(machine.byteAt(mm, at + pageSize), 0xee);
  EXPECT_EQ(user.copy.copyFromUser(bytes, at + 2 * pageSize), 0u);
  EXPECT_TRUE(user.isZeroPage(*user.pageAt(mm, at + 2 * pageSize)));
  EXPECT_EQ(bytes[0], std::byte(0));
}

TEST_F(UserCopyTest, aPartialCopyReturnsWhatIsLeftAndClearsTheRest) {
  user.mappings.munmap(mm, at + 3 * pageSize, pageSize);
  machine.setByte(mm, at + 3 * pageSize - 1, 7);
  EXPECT_EQ(user.copy.copyFromUser(std::span(bytes).first(100), at + 3 * pageSize - 40), 60u);
  EXPECT_EQ(bytes[39], std::byte(7));
  EXPECT_EQ(bytes[40], std::byte(0));
  EXPECT_EQ(bytes[99], std::byte(0));
  EXPECT_EQ(bytes[100], std::byte(0xee));
  EXPECT_EQ(user.copy.copyToUser(at + 3 * pageSize - 40, std::span(bytes).first(100)), 60u);
}

TEST_F(UserCopyTest, addressesOfTheKernelAreRefused) {
  EXPECT_EQ(user.copy.copyFromUser(std::span(bytes).first(8), directMapStart), 8u);
  EXPECT_EQ(user.copy.copyToUser(userEnd - 4, std::span(bytes).first(8)), 8u);
  EXPECT_TRUE(user.copy.accessOk(userEnd - 8, 8));
  EXPECT_FALSE(user.copy.accessOk(userEnd - 8, 9));
  uint64_t value = 5;
  EXPECT_EQ(user.copy.getUser(value, directMapStart, 8, {"", "here.c", 1}), -EFAULT);
  EXPECT_EQ(value, 0u);
}

TEST_F(UserCopyTest, withFaultsDisabledOnlyWhatIsThereIsCopied) {
  EXPECT_EQ(user.copy.copyFromUserNofault(std::span(bytes).first(8), at), -EFAULT);
  EXPECT_FALSE(user.pageAt(mm, at));
  machine.setByte(mm, at, 3);
  EXPECT_EQ(user.copy.copyFromUserNofault(std::span(bytes).first(8), at), 0);
  EXPECT_EQ(bytes[0], std::byte(3));
  EXPECT_EQ(user.copy.copyToUserNofault(at + pageSize, std::span(bytes).first(8)), -EFAULT);
  EXPECT_FALSE(user.copy.faultsDisabled());
}

TEST_F(UserCopyTest, inAtomicContextItWarnsAndDoesNotFault) {
  machine.kernel.context.preemptDisable();
  EXPECT_EQ(user.copy.copyFromUser(std::span(bytes).first(8), at), 8u);
  EXPECT_TRUE(printed("BUG: sleeping function called from invalid context at include/linux/uaccess.h:162"));
  const Console::Mark mark = machine.kernel.console.mark();
  user.copy.disableFaults();
  EXPECT_EQ(user.copy.copyFromUserInatomic(std::span(bytes).first(8), at), 8u);
  user.copy.enableFaults();
  EXPECT_FALSE(printed("BUG", mark));
  machine.kernel.context.preemptEnable();
}

TEST_F(UserCopyTest, valuesAndStrings) {
  EXPECT_EQ(user.copy.putUser(0x1122334455667788, at, 8, {"", "here.c", 1}), 0);
  uint64_t value = 0;
  EXPECT_EQ(user.copy.getUser(value, at + 1, 2, {"", "here.c", 1}), 0);
  EXPECT_EQ(value, 0x6677u);
  const char text[] = "hello";
  user.copy.copyToUser(at, std::as_bytes(std::span(text)));
  EXPECT_EQ(user.copy.copyStringFromUser(std::span(bytes).first(32), at), 5);
  EXPECT_EQ(user.copy.copyStringFromUser(std::span(bytes).first(3), at), 3) << "no NUL";
  EXPECT_EQ(user.copy.copyStringFromUser(std::span(bytes).first(3), 0x1000), -EFAULT);
  EXPECT_EQ(user.copy.stringLength(at, 32), 6u);
  EXPECT_EQ(user.copy.clearUser(at, 100), 0u);
  EXPECT_EQ(user.copy.stringLength(at, 32), 1u);
}

TEST_F(UserCopyTest, theOracleMayFailACopyOrAFault) {
  machine.oracle.failNth(DecisionPoint::UserCopy, 1);
  EXPECT_EQ(user.copy.copyFromUser(std::span(bytes).first(8), at), 8u);
  EXPECT_EQ(user.copy.copyFromUser(std::span(bytes).first(8), at), 0u);
  machine.oracle.failNth(DecisionPoint::PageFault, 1);
  EXPECT_EQ(user.copy.copyToUser(at + pageSize - 4, std::span(bytes).first(8)), 8u);
  EXPECT_EQ(user.copy.copyToUser(at + pageSize - 4, std::span(bytes).first(8)), 0u);
}

TEST_F(UserCopyTest, aKernelThreadHasNoUserMemory) {
  user.spaces.use(0);
  EXPECT_EQ(user.copy.copyToUser(at, std::span(bytes).first(8)), 8u);
}

TEST_F(UserCopyTest, supervisorAccessIsForbiddenOutsideACopy) {
  machine.setByte(mm, at, 1);
  EXPECT_THROW(machine.kernel.memory.load<uint64_t>(at), Death) << "SMAP";
}

} // namespace
