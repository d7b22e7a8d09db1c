/** What the finders of metrics by name share; not exported. */
@NullMarked
package dev.ragwright.eval.names;

import org.jspecify.annotations.NullMarked;
