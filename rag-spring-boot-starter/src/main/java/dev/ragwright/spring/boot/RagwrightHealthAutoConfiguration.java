package dev.ragwright.spring.boot;

import dev.ragwright.observe.RetrievalHealth;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The state of the index in the health endpoint, as {@code ragwright}, where that is there. */
@AutoConfiguration(after = RagwrightAutoConfiguration.class)
@ConditionalOnProperty(name = "management.health.ragwright.enabled", matchIfMissing = true)
public final class RagwrightHealthAutoConfiguration {

  RagwrightHealthAutoConfiguration() {}

  @Bean
  @ConditionalOnBean(LuceneIndex.class)
  @ConditionalOnMissingBean
  RetrievalState ragwrightState(
      RagwrightProperties settings,
      ObjectProvider<LuceneIndex> index,
      ObjectProvider<RetrievalHealth> health) {
    return new RetrievalState(
        index.getIfUnique(),
        health.getIfUnique(),
        settings.health().checkEvery(),
        InstantSource.system());
  }

  /** Boot 4's. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HealthIndicator.class)
  static class Boot4 {
    @Bean
    @ConditionalOnBean(LuceneIndex.class)
    @ConditionalOnMissingBean(name = "ragwrightHealthIndicator")
    HealthIndicator ragwrightHealthIndicator(RetrievalState state) {
      return () -> {
        try {
          RetrievalState.Told told = state.told();
          return Health.status(told.status()).withDetails(told.details()).build();
        } catch (RuntimeException e) {
          return Health.down(e).build();
        }
      };
    }
  }

  /** Boot 3's, which has them elsewhere. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("org.springframework.boot.health.contributor.HealthIndicator")
  @ConditionalOnClass(org.springframework.boot.actuate.health.HealthIndicator.class)
  static class Boot3 {
    @Bean
    @ConditionalOnBean(LuceneIndex.class)
    @ConditionalOnMissingBean(name = "ragwrightHealthIndicator")
    org.springframework.boot.actuate.health.HealthIndicator ragwrightHealthIndicator(
        RetrievalState state) {
      return () -> {
        try {
          RetrievalState.Told told = state.told();
          return org.springframework.boot.actuate.health.Health.status(told.status())
              .withDetails(told.details())
              .build();
        } catch (RuntimeException e) {
          return org.springframework.boot.actuate.health.Health.down(e).build();
        }
      };
    }
  }
}
