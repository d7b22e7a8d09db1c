package dev.ragwright.onnx.hub;

import dev.ragwright.onnx.hub.HubException.Reason;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** What a hub's refusals mean, told apart by the rules of huggingface_hub's {@code _http.py}. */
final class HubErrors {
  private HubErrors() {}

  /** A refusal, with what tells what refused. */
  static final class Refused extends HubException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final boolean isExplained;

    private Refused(HubClient.Answer answer, Reason reason, String message) {
      super(reason, message);
      this.status = answer.status();
      this.isExplained = answer.headers().firstValue("X-Error-Code").isPresent();
    }

    /** Whether a hub that does not have this very address may be there all the same. */
    boolean isOfAnAddress() {
      return status == 404
          || status == 405
          || status == 410
          || status == 501
          || (status == 403 && !isExplained);
    }

    /** Whether it is the range that was refused. */
    boolean isOfARange() {
      return status == 416;
    }
  }

  static HubException of(
      URI uri, HubClient.Answer answer, HubModel model, URI endpoint, boolean hasToken) {
    int status = answer.status();
    String code = answer.headers().firstValue("X-Error-Code").orElse("");
    String said = said(uri, answer);
    if (status == 429 || status == 408 || (status >= 500 && status != 501)) {
      return new HubRetries.Later(said, HubRetries.retryAfter(answer.headers()));
    }
    if (status == 416) {
      return new Refused(answer, Reason.UNAVAILABLE, said);
    }
    if (!answer.isOfTheHub()) { // an address with a signature, which ends after a while
      return new HubRetries.Later(said, Optional.empty());
    }
    String page = endpoint + "/" + model.repo();
    String token =
        hasToken
            ? "the token that was sent does not allow it"
            : "set HF_TOKEN or ModelHub.Builder.token";
    return switch (code.isEmpty() ? String.valueOf(status) : code) {
      case "GatedRepo" ->
          new Refused(
              answer,
              Reason.GATED,
              "the repository %s is gated: accept its licence at %s with your account, then send a token of it: %s (%s)"
                  .formatted(model.repo(), page, token, said));
      case "RepoNotFound" ->
          new Refused(
              answer,
              Reason.NOT_FOUND,
              "there is no repository %s at %s, or it is private: check the name, and if it is private, %s (%s)"
                  .formatted(model.repo(), page, token, said));
      case "RevisionNotFound" ->
          new Refused(
              answer,
              Reason.NOT_FOUND,
              "the repository %s has no branch, tag or commit %s: see %s/tree/main (%s)"
                  .formatted(model.repo(), model.revision(), page, said));
      case "EntryNotFound", "404", "405", "410", "501" ->
          new Refused(
              answer, Reason.NOT_FOUND, "%s is not there: see %s (%s)".formatted(uri, page, said));
      case "401", "403" ->
          new Refused(
              answer,
              Reason.UNAUTHORIZED,
              "%s may not be read: it may be that the repository is private or gated (then accept its licence at %s), and %s (%s)"
                  .formatted(uri, page, token, said));
      default ->
          new Refused(answer, Reason.UNAUTHORIZED, "%s was refused (%s)".formatted(uri, said));
    };
  }

  private static String said(URI uri, HubClient.Answer answer) {
    String text = answer.headers().firstValue("X-Error-Message").orElse("");
    return String.format(
        Locale.ROOT,
        "%s answered %d%s",
        uri.getHost(),
        answer.status(),
        text.isEmpty() ? "" : ": " + text);
  }
}
