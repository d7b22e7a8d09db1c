/**
 * How a resource is closed while it is in use, and kept from interrupts. For Ragwright's own
 * modules: it is exported to them alone, and changes with them.
 */
@NullMarked
package dev.ragwright.lifecycle;

import org.jspecify.annotations.NullMarked;
