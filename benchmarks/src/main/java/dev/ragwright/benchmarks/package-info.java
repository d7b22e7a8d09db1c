/** Comparisons with peers, side by side in one process. Each class says how to run it. */
@NullMarked
package dev.ragwright.benchmarks;

import org.jspecify.annotations.NullMarked;
