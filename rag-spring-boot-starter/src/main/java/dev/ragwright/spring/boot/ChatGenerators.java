package dev.ragwright.spring.boot;

import dev.ragwright.generate.Generator;
import java.util.Optional;

/** The generators that can be made of an application's chat models, of one library. */
interface ChatGenerators {

  /** The generator of the application's one chat model, or of its primary one, if it has such. */
  Optional<Generator> generator();

  /** What was looked for, for people. */
  String lookedFor();
}
