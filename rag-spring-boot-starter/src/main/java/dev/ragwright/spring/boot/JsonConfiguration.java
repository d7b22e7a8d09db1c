package dev.ragwright.spring.boot;

import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.ragwright.Answer;
import dev.ragwright.AnswerBody;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.ser.std.StdConvertingSerializer;

/**
 * A controller that returns an {@code Answer} sends its body: without this, Jackson 3 finds nothing
 * in it that it knows, and sends {@code {}}.
 */
@Configuration(proxyBeanMethods = false)
class JsonConfiguration {

  /** Boot 4's. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(JacksonModule.class)
  static class Jackson3 {
    @Bean
    JacksonModule ragwrightJackson3() {
      return new tools.jackson.databind.module.SimpleModule("ragwright")
          .addSerializer(
              Answer.class,
              new StdConvertingSerializer(
                  Answer.class,
                  new tools.jackson.databind.util.StdConverter<Answer, AnswerBody>() {
                    @Override
                    public AnswerBody convert(Answer answer) {
                      return answer.body();
                    }
                  }));
    }
  }

  /** Boot 3's. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(SimpleModule.class)
  static class Jackson2 {
    @Bean
    com.fasterxml.jackson.databind.Module ragwrightJackson2() {
      return new SimpleModule("ragwright")
          .addSerializer(
              Answer.class,
              new StdDelegatingSerializer(
                  Answer.class,
                  new StdConverter<Answer, AnswerBody>() {
                    @Override
                    public AnswerBody convert(Answer answer) {
                      return answer.body();
                    }
                  }));
    }
  }
}
