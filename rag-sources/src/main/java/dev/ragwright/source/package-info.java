/**
 * Readers of documents: {@link dev.ragwright.source.Folder} of texts, {@link
 * dev.ragwright.source.JsonLines}, and {@link dev.ragwright.source.BeirFolder} with its questions
 * and judgments. All read UTF-8, are immutable, and open their files anew for each reading.
 */
@NullMarked
package dev.ragwright.source;

import org.jspecify.annotations.NullMarked;
