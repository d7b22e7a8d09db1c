/** Recipes to read and to copy: {@code mvn -q -Pexample -Dexample=NAME}. */
@NullMarked
package dev.ragwright.examples;

import org.jspecify.annotations.NullMarked;
