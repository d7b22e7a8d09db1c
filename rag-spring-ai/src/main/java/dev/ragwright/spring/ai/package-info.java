/**
 * <a href="https://docs.spring.io/spring-ai/reference/">Spring AI</a>'s stores, retrievers and
 * models as stages, and stages as its retrievers, models and post-processors.
 */
@NullMarked
package dev.ragwright.spring.ai;

import org.jspecify.annotations.NullMarked;
