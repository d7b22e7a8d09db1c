/**
 * Readers of documents: {@link dev.ragwright.retrievers.source.Folder} of texts, {@link
 * dev.ragwright.retrievers.source.JsonLines}, and {@link
 * dev.ragwright.retrievers.source.BeirFolder} with its questions and judgments. All read UTF-8, are
 * immutable, and open their files anew for each reading.
 */
@NullMarked
package dev.ragwright.retrievers.source;

import org.jspecify.annotations.NullMarked;
