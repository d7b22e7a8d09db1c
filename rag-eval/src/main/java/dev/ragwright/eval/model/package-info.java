/** What the packages that learn have in common: steps of Newton's method, files of models. */
@NullMarked
package dev.ragwright.eval.model;

import org.jspecify.annotations.NullMarked;
