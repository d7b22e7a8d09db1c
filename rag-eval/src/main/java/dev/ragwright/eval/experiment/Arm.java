package dev.ragwright.eval.experiment;

import java.util.Map;

/**
 * One combination of levels.
 *
 * @param levels the level of each factor that is varied, by the factor's name
 */
record Arm(String name, Map<String, String> levels, Wiring wiring) {}
