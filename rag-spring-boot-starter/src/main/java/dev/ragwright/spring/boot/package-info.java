/**
 * A pipeline as beans of <a href="https://spring.io/projects/spring-boot">Spring Boot</a>: settings
 * choose the stages, and a bean of the application's own takes the place of any of them.
 */
@NullMarked
package dev.ragwright.spring.boot;

import org.jspecify.annotations.NullMarked;
