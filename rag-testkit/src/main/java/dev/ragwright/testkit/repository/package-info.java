/**
 * For this project's own tests, and not exported: where the repository is, and what is beside it.
 */
@NullMarked
package dev.ragwright.testkit.repository;

import org.jspecify.annotations.NullMarked;
