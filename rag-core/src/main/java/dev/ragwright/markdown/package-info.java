/** What Markdown is made of, and its sentences; exported to siblings alone. */
@NullMarked
package dev.ragwright.markdown;

import org.jspecify.annotations.NullMarked;
