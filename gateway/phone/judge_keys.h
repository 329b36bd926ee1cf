/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * "hears keys DIGITS [for MS]": from the command's beginning these keys sound at the telephone, in this order and no others,
 * each for so long, or as long as a telephone of ours presses it, within 20 ms. Part of "hears" (judge.c).
 */
#ifndef TIPRING_GATEWAY_PHONE_JUDGE_KEYS_H
#define TIPRING_GATEWAY_PHONE_JUDGE_KEYS_H

#include "gateway/phone/player.h"

const char *judge_keys_check(const struct script_command *command);
enum script_result judge_keys_run(struct player *player, const struct script_command *command);

#endif
