/**
 * What stands between stages and services elsewhere: {@link dev.ragwright.guard.SpendingLimit}
 * refuses a call before it costs more than is allowed, {@link dev.ragwright.guard.Redaction} sees
 * every text before it leaves the process. Both wrap stages, and are safe to share.
 */
package dev.ragwright.guard;
