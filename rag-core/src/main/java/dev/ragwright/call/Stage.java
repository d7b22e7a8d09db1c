package dev.ragwright.call;

/** A part of a pipeline, which says what it is. */
public interface Stage {

  /** Describes the stage; may throw if the stage is closed. */
  StageDescription description();
}
