package dev.ragwright.call;

/** A part of a pipeline, which says what it is. */
public interface Stage {

  /** What it is; may throw where it is closed. */
  StageDescription description();
}
