/**
 * <a href="https://docs.langchain4j.dev">LangChain4j</a>'s models, stores and retrievers as stages,
 * and stages as its models, retrievers and augmentors.
 */
@NullMarked
package dev.ragwright.langchain4j;

import org.jspecify.annotations.NullMarked;
