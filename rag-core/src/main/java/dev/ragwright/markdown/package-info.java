/** What Markdown is made of, for the packages that read it; not exported. */
@NullMarked
package dev.ragwright.markdown;

import org.jspecify.annotations.NullMarked;
