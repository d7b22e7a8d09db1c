package dev.ragwright.documents.options;

/**
 * How far the reading of one file is.
 *
 * @param documentId the document that the file becomes
 * @param parts what is counted: {@code pages} of PDF, {@code characters} of text of other files
 * @param done how many were read; it only grows
 */
public record ReadProgress(String documentId, String parts, long done) {}
