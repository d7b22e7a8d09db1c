/** One runnable class per task: {@code mvn -q -Pexample -Dexample=NAME [-Dargs="..."]}. */
@NullMarked
package dev.ragwright.examples;

import org.jspecify.annotations.NullMarked;
