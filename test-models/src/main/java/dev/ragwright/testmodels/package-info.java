/**
 * Models of a few kilobytes that our tests write: graphs whose every number is known beforehand.
 * They are for our own tests alone and are not published.
 */
@NullMarked
package dev.ragwright.testmodels;

import org.jspecify.annotations.NullMarked;
