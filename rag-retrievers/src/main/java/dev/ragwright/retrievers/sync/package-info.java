/** How an index is brought up to date with its source: for the modules that have an index. */
@NullMarked
package dev.ragwright.retrievers.sync;

import org.jspecify.annotations.NullMarked;
