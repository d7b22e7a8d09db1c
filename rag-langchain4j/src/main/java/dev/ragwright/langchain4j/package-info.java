/**
 * <a href="https://docs.langchain4j.dev">LangChain4j</a>'s models as stages, and stages as its
 * models: hosted language models, and whatever else it has a chat model or a scoring model for.
 */
@NullMarked
package dev.ragwright.langchain4j;

import org.jspecify.annotations.NullMarked;
