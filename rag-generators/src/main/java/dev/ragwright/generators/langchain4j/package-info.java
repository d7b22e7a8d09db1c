/**
 * Hosted language models, and whatever else <a href="https://docs.langchain4j.dev">LangChain4j</a>
 * has a chat model for. The one package of this module whose types hold LangChain4j's.
 */
@NullMarked
package dev.ragwright.generators.langchain4j;

import org.jspecify.annotations.NullMarked;
