/* The loops of gemm for one type. No include guard: gemm.c includes this once for each, with
 *
 *     NAME(verb)        the function's name             IN, SUM, OUT    A and B, their sums, the
 * rest LOAD, LOAD_OUT    an IN or OUT as a SUM           STORE           a SUM as an OUT EXP of a
 * SUM                        WHOLE           SUM is a whole number modulo 2^32
 */

/* The epilogue: what becomes of the sum of element (i, j). */
static void NAME(finish)(const brg_gemm *g, int64_t i, int64_t j, SUM sum, OUT *output) {
#ifdef WHOLE
    const SUM alpha = (SUM)(int32_t)g->alpha, beta = (SUM)(int32_t)g->beta;
#else
    const SUM alpha = (SUM)g->alpha, beta = (SUM)g->beta;
#endif
    const OUT *c = g->c ? (const OUT *)g->c + i * g->ldc + j : NULL;
    OUT *out = output + i * g->ldo + j;
    SUM z = alpha * sum;
#ifndef WHOLE
    if (g->epilogue == BRG_EPILOGUE_UPDATE) {
        if (g->momentum != 0.0f) {
            z += (SUM)g->momentum * LOAD_OUT(c[g->c_step]);
            out[g->o_step] = STORE(z);
        }
        *out = STORE(LOAD_OUT(*c) - (SUM)g->rate * z);
        return;
    }
#endif
    if (c)
        z += beta * LOAD_OUT(*c);
    if (g->bias)
        z += LOAD_OUT(((const OUT *)g->bias)[g->kind == BRG_BIAS_COLUMNS ? j : i]);
#ifdef WHOLE
    if (g->epilogue == BRG_EPILOGUE_RELU)
        z = (int32_t)z < 0 ? 0 : z;
#else
    if (g->epilogue == BRG_EPILOGUE_RELU)
        z = z < 0 ? 0 : z;
    else if (g->epilogue == BRG_EPILOGUE_GELU)
        z = z / (1 + EXP(-z * ((SUM)1.5957691216057308 + (SUM)0.0713548162726009 * z * z)));
#endif
    *out = STORE(z);
}

/* The columns between n and the pitch are 0, those of V too. */
static void NAME(clear_padding)(const brg_gemm *g, int64_t i, OUT *output) {
    size_t bytes = (size_t)(g->ldo - g->n) * sizeof(OUT);
    memset(output + i * g->ldo + g->n, 0, bytes);
    if (g->epilogue == BRG_EPILOGUE_UPDATE && g->momentum != 0.0f)
        memset(output + g->o_step + i * g->ldo + g->n, 0, bytes);
}

static SUM NAME(a_at)(const brg_gemm *g, int64_t i, int64_t p) {
    return LOAD(((const IN *)g->a)[g->ta ? p * g->lda + i : i * g->lda + p]);
}

static SUM NAME(b_at)(const brg_gemm *g, int64_t p, int64_t j) {
    return LOAD(((const IN *)g->b)[g->tb ? j * g->ldb + p : p * g->ldb + j]);
}

/* ---- the textbook ---- */

static void NAME(naive)(const brg_gemm *g, int64_t row0, int64_t row1, void *output) {
    for (int64_t i = row0; i < row1; i++) {
        for (int64_t j = 0; j < g->n; j++) {
            SUM sum = 0;
            for (int64_t p = 0; p < g->terms; p++)
                sum += NAME(a_at)(g, i, p) * NAME(b_at)(g, p, j);
            NAME(finish)(g, i, j, sum, output);
        }
        NAME(clear_padding)(g, i, output);
    }
}

/* ---- the best portable loop ---- */

/* Adds one term to a row: sums += a * b. */
static void NAME(add_term)(SUM *restrict sums, const SUM *restrict b, SUM a, int64_t cols) {
    for (int64_t j = 0; j < cols; j++)
        sums[j] += a * b[j];
}

/* Adds four terms to each of two rows in one pass, which loads and stores the sums once for four
 * products and uses every vector of B twice. */
static void NAME(add_four_terms)(SUM *restrict sums0, SUM *restrict sums1, const SUM *restrict b0,
                                 int64_t pitch, const SUM a0[4], const SUM a1[4], int64_t cols) {
    const SUM *restrict b1 = b0 + pitch;
    const SUM *restrict b2 = b1 + pitch;
    const SUM *restrict b3 = b2 + pitch;
    const SUM a00 = a0[0], a01 = a0[1], a02 = a0[2], a03 = a0[3];
    const SUM a10 = a1[0], a11 = a1[1], a12 = a1[2], a13 = a1[3];
    for (int64_t j = 0; j < cols; j++) {
        sums0[j] = sums0[j] + a00 * b0[j] + a01 * b1[j] + a02 * b2[j] + a03 * b3[j];
        sums1[j] = sums1[j] + a10 * b0[j] + a11 * b1[j] + a12 * b2[j] + a13 * b3[j];
    }
}

/* A block of op(B) with its sums: in B itself if that is stored as it is summed, else in a copy. */
static void NAME(copy_block)(const brg_gemm *g, int64_t p0, int64_t terms, int64_t j0, int64_t cols,
                             SUM copy[DEPTH][WIDTH]) {
    if (g->tb)
        for (int64_t j = 0; j < cols; j++)
            for (int64_t p = 0; p < terms; p++)
                copy[p][j] = NAME(b_at)(g, p0 + p, j0 + j);
    else
        for (int64_t p = 0; p < terms; p++)
            for (int64_t j = 0; j < cols; j++)
                copy[p][j] = NAME(b_at)(g, p0 + p, j0 + j);
}

/* Adds a block of op(B), `terms` rows `pitch` apart, to the sums of rows row0..row1-1. */
static void NAME(add_block)(const brg_gemm *g, int64_t row0, int64_t row1, int64_t p0,
                            int64_t terms, const SUM *b, int64_t pitch, SUM sums[HEIGHT][WIDTH],
                            int64_t cols) {
    int64_t i = row0;
    for (; i + 2 <= row1; i += 2) {
        SUM *s0 = sums[i - row0], *s1 = sums[i + 1 - row0];
        int64_t p = 0;
        for (; p + 4 <= terms; p += 4) {
            SUM a0[4], a1[4];
            for (int64_t q = 0; q < 4; q++) {
                a0[q] = NAME(a_at)(g, i, p0 + p + q);
                a1[q] = NAME(a_at)(g, i + 1, p0 + p + q);
            }
            NAME(add_four_terms)(s0, s1, b + p * pitch, pitch, a0, a1, cols);
        }
        for (; p < terms; p++) {
            NAME(add_term)(s0, b + p * pitch, NAME(a_at)(g, i, p0 + p), cols);
            NAME(add_term)(s1, b + p * pitch, NAME(a_at)(g, i + 1, p0 + p), cols);
        }
    }
    for (int64_t p = 0; i < row1 && p < terms; p++)
        NAME(add_term)(sums[i - row0], b + p * pitch, NAME(a_at)(g, i, p0 + p), cols);
}

static void NAME(sequential)(const brg_gemm *g, int64_t row0, int64_t row1, void *output) {
    SUM copy[DEPTH][WIDTH], sums[HEIGHT][WIDTH];
    const bool as_stored = sizeof(IN) == sizeof(SUM) && !g->tb;
    for (int64_t i0 = row0; i0 < row1; i0 += HEIGHT)
        for (int64_t j0 = 0; j0 < g->n; j0 += WIDTH) {
            int64_t i1 = smaller(i0 + HEIGHT, row1), cols = smaller(WIDTH, g->n - j0);
            for (int64_t i = i0; i < i1; i++)
                memset(sums[i - i0], 0, (size_t)cols * sizeof(SUM));
            for (int64_t p0 = 0; p0 < g->terms; p0 += DEPTH) {
                int64_t terms = smaller(DEPTH, g->terms - p0);
                const SUM *b = copy[0];
                if (as_stored)
                    b = (const SUM *)g->b + p0 * g->ldb + j0;
                else
                    NAME(copy_block)(g, p0, terms, j0, cols, copy);
                NAME(add_block)(g, i0, i1, p0, terms, b, as_stored ? g->ldb : WIDTH, sums, cols);
            }
            for (int64_t i = i0; i < i1; i++)
                for (int64_t j = 0; j < cols; j++)
                    NAME(finish)(g, i, j0 + j, sums[i - i0][j], output);
        }
    for (int64_t i = row0; i < row1; i++)
        NAME(clear_padding)(g, i, output);
}

#undef NAME
#undef IN
#undef SUM
#undef OUT
#undef LOAD
#undef LOAD_OUT
#undef STORE
#undef EXP
#undef WHOLE
