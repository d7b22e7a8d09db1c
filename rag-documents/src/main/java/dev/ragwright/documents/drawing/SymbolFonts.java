package dev.ragwright.documents.drawing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Characters of fonts whose codes are not Unicode's: Symbol, and the signs of Wingdings. */
public final class SymbolFonts {
  /** From 0x20 to 0x7e, and from 0xa0 to 0xfe; a space where there is none. */
  private static final String SYMBOL =
      " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
          + "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";

  private static final String SYMBOL_ABOVE =
      "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
          + "◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ ⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";

  private static final Map<String, Map<Integer, String>> SIGNS =
      Map.of(
          "wingdings",
          signs(
              "21✏ 22✂ 28☎ 2a✉ 36⌛ 45☜ 46☞ 4a☺ 4c☹ 6c● 6d❍ 6e■ 6f□ 70□ 71❑ 72❒ 74⧫ 75◆ 76❖ 77⬥"
                  + " 78⌧ 80⓪ 81① 82② 83③ 84④ 85⑤ 86⑥ 87⑦ 88⑧ 89⑨ 8a⑩ 8b⓿ 8c❶ 8d❷ 8e❸ 8f❹ 90❺ 91❻"
                  + " 92❼ 93❽ 94❾ 95❿ 9e· 9f• a1○ a4◉ a5◎ a7▪ a8◻ ab★ d8➢ df← e0→ e1↑ e2↓ e3↖ e4↗"
                  + " e5↙ e6↘ e8➔ ef⇦ f0⇨ f1⇧ f2⇩ f3⬄ fb✗ fc✓ fd☒ fe☑"),
          "wingdings 2",
          signs("4f✗ 50✓ 51☒ 52☑ 53☒ 54☒ 97● 98● a2■ a3□"),
          "webdings",
          signs("61✓ 63□ 67■ 72✗ 6e●"));

  private SymbolFonts() {}

  private static Map<Integer, String> signs(String text) {
    Map<Integer, String> signs = new HashMap<>();
    for (String sign : text.split(" ", -1)) {
      signs.put(Integer.parseInt(sign.substring(0, 2), 16), sign.substring(2));
    }
    return signs;
  }

  /** Whether codes of this font are not Unicode's. */
  public static boolean isOne(String font) {
    String name = font.toLowerCase(Locale.ROOT);
    return name.equals("symbol") || name.startsWith("wingdings") || name.equals("webdings");
  }

  /**
   * The character that a font shows for a code, which may be in the private area of Unicode; null
   * if it is not known.
   */
  public static @Nullable String show(String font, int code) {
    int low = code >= 0xf000 && code <= 0xf0ff ? code - 0xf000 : code;
    if (!isOne(font)) {
      boolean character = Character.isDefined(code) && !isPrivate(code) && code >= ' ';
      return character ? Character.toString(code) : null;
    }
    if (low == ' ' || low == 0xa0) {
      return " ";
    }
    String name = font.toLowerCase(Locale.ROOT);
    if (!name.equals("symbol")) {
      return SIGNS.getOrDefault(name, Map.of()).get(low);
    }
    String table = low < 0xa0 ? SYMBOL : SYMBOL_ABOVE;
    int at = low - (low < 0xa0 ? 0x20 : 0xa0);
    boolean known = at >= 0 && at < table.length() && table.charAt(at) != ' ';
    return known ? table.substring(at, at + 1) : null;
  }

  /** Whether a code stands for no character that all agree on. */
  public static boolean isPrivate(int code) {
    return Character.getType(code) == Character.PRIVATE_USE
        || Character.getType(code) == Character.SURROGATE;
  }
}
