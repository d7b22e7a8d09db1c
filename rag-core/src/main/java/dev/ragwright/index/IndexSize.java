package dev.ragwright.index;

/**
 * How much an index holds.
 *
 * @param documents distinct document ids, those of documents without a visible character included
 * @param passages passages that can be found
 */
public record IndexSize(long documents, long passages) {}
