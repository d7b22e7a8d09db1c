/** Random numbers of the contracts, and of Ragwright's own tests: it is not exported. */
@NullMarked
package dev.ragwright.testkit.seeds;

import org.jspecify.annotations.NullMarked;
