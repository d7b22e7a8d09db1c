/** Databases of vectors that are run elsewhere: what they must do, and a retriever over each. */
package dev.ragwright.store;
