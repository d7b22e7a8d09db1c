package sample;

import dev.ragwright.AnswerBody;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.spring.boot.AnswerEvents;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
class Answers {
  private final RagPipeline pipeline;

  Answers(RagPipeline pipeline) {
    this.pipeline = pipeline;
  }

  @GetMapping("/answer")
  AnswerBody answer(@RequestParam String question) {
    return pipeline.ask(question).body();
  }

  @GetMapping("/events")
  SseEmitter events(@RequestParam String question) {
    return AnswerEvents.of(pipeline, question);
  }

  @ExceptionHandler
  ProblemDetail tooLate(DeadlineExceededException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.GATEWAY_TIMEOUT, e.getMessage());
  }
}
