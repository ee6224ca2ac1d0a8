/* Half precision numbers (IEEE binary16) in plain C: one bit of sign, five of exponent, ten of
 * fraction. */
#ifndef BRIGADE_BASE_HALF_H
#define BRIGADE_BASE_HALF_H

#include <stdint.h>
#include <string.h>

static inline float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t bits_of_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Exponent and fraction, moved to their places in a float, are 2^112 times too small; one
 * multiplication puts that right, for subnormal halves too. What was all ones in the exponent,
 * infinity or NaN, comes out at 2^16 or more, and gets a float's own ones. */
static inline float half_to_float(uint16_t half) {
    float magnitude = float_of_bits((uint32_t)(half & 0x7fff) << 13) * 0x1p112f;
    uint32_t bits = bits_of_float(magnitude);
    if (magnitude >= 0x1p16f)
        bits |= 0x7f800000;
    return float_of_bits(bits | (uint32_t)(half & 0x8000) << 16);
}

/* To nearest, to even. Adding half of the last place less one, and one more if the place is odd,
 * rounds by carrying, into the exponent where need be. Below the normal halves a float addition
 * does it: it leaves the fraction at the end of a number whose last place is 2^-24. */
static inline uint16_t half_from_float(float value) {
    uint32_t bits = bits_of_float(value);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000) /* NaN, kept quiet */
        return (uint16_t)(sign | 0x7e00);
    if (bits >= 0x47800000) /* 2^16 and more */
        return (uint16_t)(sign | 0x7c00);
    if (bits < 0x38800000) /* below 2^-14 */
        return (uint16_t)(sign | (bits_of_float(float_of_bits(bits) + 0.5f) - bits_of_float(0.5f)));
    bits += 0xfff + (bits >> 13 & 1);
    return (uint16_t)(sign | ((bits - 0x38000000) >> 13));
}

#endif
