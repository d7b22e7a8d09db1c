/**
 * Stages of <a href="https://docs.langchain4j.dev">LangChain4j</a> as ours, and ours as its. The
 * one package of this module whose types hold LangChain4j's.
 */
@NullMarked
package dev.ragwright.retrievers.langchain4j;

import org.jspecify.annotations.NullMarked;
