package sample;

import dev.ragwright.AnswerBody;
import dev.ragwright.RagPipeline;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;

@Path("/answer")
public class Answers {
  private final RagPipeline pipeline;

  Answers(RagPipeline pipeline) {
    this.pipeline = pipeline;
  }

  @GET
  public AnswerBody answer(@QueryParam("question") String question) {
    return pipeline.ask(question).body();
  }
}
