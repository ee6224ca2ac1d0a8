/* Linked into every Criterion program: fails when asked to, so that a program which could never
 * fail is found out. See can_fail.sh. */
#include <stdlib.h>

#include <criterion/criterion.h>

Test(canary, fails_when_asked) {
    cr_assert_null(getenv("BRIGADE_TEST_FAIL"), "asked to fail");
}
