/**
 * What adapters of other frameworks' models, stores and retrievers have in common. For siblings
 * alone.
 */
package dev.ragwright.foreign;
