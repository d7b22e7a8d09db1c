/** Programs with options: {@code mvn -q -Pexample -Dexample=NAME [-Dargs="..."]}. */
@NullMarked
package dev.ragwright.tools;

import org.jspecify.annotations.NullMarked;
