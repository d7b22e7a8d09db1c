/** Results as pages that people read: one HTML file without a network, and Markdown. */
package dev.ragwright.experiment.report;
