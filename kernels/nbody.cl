/* nbody: gravity between all pairs of n bodies, and one step in time.
 *
 *      a body, eight floats:   x y z mass | vx vy vz .          the eighth is carried along
 *
 *            j            Every body pulls every other one:
 *           o
 *        d / \            a_i = gravity * sum over j of mass_j * d / (|d|^2 + softening^2)^(3/2)
 *     i  o    o                                                           with d = p_j - p_i
 *
 * The softening keeps the pull finite when two bodies meet, and that of a body on itself zero. In plain
 * C, for body i:
 *
 *     for (int j = 0; j < n; j++) {
 *         float dx = x[j] - x[i], dy = y[j] - y[i], dz = z[j] - z[i];
 *         float inverse = 1 / sqrtf(dx * dx + dy * dy + dz * dz + softening2);
 *         float pull = mass[j] * inverse * inverse * inverse;
 *         ax += pull * dx;  ay += pull * dy;  az += pull * dz;
 *     }
 *     v[i] += dt * gravity * a;
 *     p[i] += dt * v[i];
 *
 * 20 operations a pair are counted, as is usual, and n * n pairs: much to compute, little to read.
 * The ladder, one idea a rung:
 *
 *     nbody_1_naive   a body a work-item, which reads all others from global memory
 *     nbody_2_tiled   a work-group reads each body once, into local memory (for GPUs)
 *     nbody_3_wide    a work-item has 16 bodies to a vector, several vectors of them (for CPUs) */

#ifndef GROUP
#define GROUP 256 /* work-items of nbody_2_tiled's groups */
#endif
#ifndef VECTORS
#define VECTORS 4 /* vectors of 16 bodies in a work-item of nbody_3_wide */
#endif

inline float4 pull_of(float4 at, float4 other, float softening2) {
    const float4 d = other - at;
    const float inverse = rsqrt(d.x * d.x + d.y * d.y + d.z * d.z + softening2);
    const float pull = (other.w * inverse) * (inverse * inverse);
    return (float4)(pull * d.x, pull * d.y, pull * d.z, 0.0f);
}

inline void move(float4 at, float4 velocity, float4 sum, float gravity, float dt,
                 __global float4 *out) {
    const float4 faster = velocity + dt * (gravity * sum);
    const float4 there = at + dt * faster;
    out[0] = (float4)(there.x, there.y, there.z, at.w);
    out[1] = (float4)(faster.x, faster.y, faster.z, velocity.w);
}

/* Rung 1. */
__kernel void nbody_1_naive(int n, __global const float4 *restrict in,
                            __global float4 *restrict out, float softening2, float gravity,
                            float dt, int first) {
    const int i = first + (int)get_global_id(0);
    if (i >= n)
        return;
    const float4 at = in[2 * (size_t)i];
    float4 sum = (float4)(0.0f);
    for (int j = 0; j < n; j++)
        sum += pull_of(at, in[2 * (size_t)j], softening2);
    move(at, in[2 * (size_t)i + 1], sum, gravity, dt, out + 2 * (size_t)i);
}

/* Rung 2. All items of a group need the same others at the same time: each fetches one, all use it.
 * Items beyond n help to fetch, since none may miss a barrier. */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void
nbody_2_tiled(int n, __global const float4 *restrict in, __global float4 *restrict out,
              float softening2, float gravity, float dt, int first) {
    __local float4 others[GROUP];
    const int i = first + (int)get_global_id(0), x = get_local_id(0);
    const float4 at = in[2 * (size_t)min(i, n - 1)];
    float4 sum = (float4)(0.0f);
    for (int j0 = 0; j0 < n; j0 += GROUP) {
        others[x] = in[2 * (size_t)min(j0 + x, n - 1)];
        barrier(CLK_LOCAL_MEM_FENCE);
        const int count = min(GROUP, n - j0);
        for (int j = 0; j < count; j++)
            sum += pull_of(at, others[j], softening2);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (i < n)
        move(at, in[2 * (size_t)i + 1], sum, gravity, dt, out + 2 * (size_t)i);
}

/* mass / |d|^3, by a root and a division: two instructions, but slow ones, a dozen cycles each. */
inline float16 pull_by_division(float mass, float16 s2) {
    return mass / (s2 * sqrt(s2));
}

/* The same without: half of the exponent's bits, turned round, are a first guess of 1 / sqrt(s2)
 * within 3.5 %; a tuned step of Newton's brings that to 0.07 % (constants by Kadlec, 2010), and one
 * of third order, y * (1 + e / 2 + 3 e^2 / 8) with e = 1 - x y^2, below the last bit: for s2 from
 * 2^-120 to 2^120 it is within 2 units in the last place, as OpenCL wants of rsqrt. */
inline float16 pull_by_newton(float mass, float16 s2) {
    float16 y = as_float16(0x5f1ffff9 - (as_int16(s2) >> 1));
    y = y * 0.703952253f * (2.38924456f - s2 * y * y);
    const float16 e = 1.0f - s2 * y * y;
    y += (y * e) * (0.375f * e + 0.5f);
    return (mass * y) * (y * y);
}

/* Rung 3. Lane q of a vector is body q: the others come one by one, the same for every lane, and
 * nothing is ever added across lanes. With several vectors, an other body that has been read serves
 * more than
 * 16. Lanes beyond n repeat the last body, and are not stored. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
nbody_3_wide(int n, __global const float *restrict in, __global float *restrict out,
             float softening2, float gravity, float dt, int first) {
    const int base = (first + (int)get_global_id(0)) * (16 * VECTORS);
    float at[3][16 * VECTORS], pulled[3][16 * VECTORS];
    for (int q = 0; q < 16 * VECTORS; q++)
        for (int c = 0; c < 3; c++)
            at[c][q] = in[8 * (size_t)min(base + q, n - 1) + c];
    float16 x[VECTORS], y[VECTORS], z[VECTORS], ax[VECTORS], ay[VECTORS], az[VECTORS];
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        x[v] = vload16(v, at[0]);
        y[v] = vload16(v, at[1]);
        z[v] = vload16(v, at[2]);
        ax[v] = ay[v] = az[v] = (float16)(0.0f);
    }
    for (int j = 0; j < n; j++) {
        __global const float *other = in + 8 * (size_t)j;
#pragma unroll
        for (int v = 0; v < VECTORS; v++) {
            const float16 dx = other[0] - x[v], dy = other[1] - y[v], dz = other[2] - z[v];
            const float16 s2 = dx * dx + dy * dy + dz * dz + softening2;
            const float16 pull =
                v % 4 < 3 ? pull_by_division(other[3], s2) : pull_by_newton(other[3], s2);
            ax[v] += pull * dx;
            ay[v] += pull * dy;
            az[v] += pull * dz;
        }
    }
#pragma unroll
    for (int v = 0; v < VECTORS; v++) {
        vstore16(ax[v], v, pulled[0]);
        vstore16(ay[v], v, pulled[1]);
        vstore16(az[v], v, pulled[2]);
    }
    for (int q = 0; q < 16 * VECTORS && base + q < n; q++) {
        const size_t i = 8 * (size_t)(base + q);
        move(vload4(0, in + i), vload4(1, in + i),
             (float4)(pulled[0][q], pulled[1][q], pulled[2][q], 0.0f), gravity, dt,
             (__global float4 *)(out + i));
    }
}
