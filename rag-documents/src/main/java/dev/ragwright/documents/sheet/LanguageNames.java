package dev.ragwright.documents.sheet;

import java.util.List;
import java.util.Map;

/**
 * Names of months and days in the languages that formats ask for, as spreadsheet programs write
 * them: a table of our own, since the JDK's differ from release to release. A language that is not
 * in it has the English ones.
 */
final class LanguageNames {
  private static final int ENGLISH = 9;
  private static final Map<Integer, LanguageNames> ALL =
      Map.ofEntries(
          names(
              ENGLISH,
              "/",
              "January February March April May June July August September October November December",
              "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
              "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
              "Sun Mon Tue Wed Thu Fri Sat"),
          names(
              7,
              ".",
              "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
              "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
              "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
              "So Mo Di Mi Do Fr Sa"),
          names(
              12,
              "/",
              "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
              "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
              "dimanche lundi mardi mercredi jeudi vendredi samedi",
              "dim. lun. mar. mer. jeu. ven. sam."),
          names(
              10,
              "/",
              "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
              "ene feb mar abr may jun jul ago sep oct nov dic",
              "domingo lunes martes miércoles jueves viernes sábado",
              "dom lun mar mié jue vie sáb"),
          names(
              16,
              "/",
              "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
              "gen feb mar apr mag giu lug ago set ott nov dic",
              "domenica lunedì martedì mercoledì giovedì venerdì sabato",
              "dom lun mar mer gio ven sab"),
          names(
              19,
              "-",
              "januari februari maart april mei juni juli augustus september oktober november december",
              "jan feb mrt apr mei jun jul aug sep okt nov dec",
              "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
              "zo ma di wo do vr za"),
          names(
              22,
              "/",
              "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
              "jan fev mar abr mai jun jul ago set out nov dez",
              "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado",
              "dom seg ter qua qui sex sáb"),
          names(
              29,
              "-",
              "januari februari mars april maj juni juli augusti september oktober november december",
              "jan feb mar apr maj jun jul aug sep okt nov dec",
              "söndag måndag tisdag onsdag torsdag fredag lördag",
              "sön mån tis ons tor fre lör"),
          names(
              6,
              "-",
              "januar februar marts april maj juni juli august september oktober november december",
              "jan feb mar apr maj jun jul aug sep okt nov dec",
              "søndag mandag tirsdag onsdag torsdag fredag lørdag",
              "sø ma ti on to fr lø"),
          names(
              20,
              ".",
              "januar februar mars april mai juni juli august september oktober november desember",
              "jan feb mar apr mai jun jul aug sep okt nov des",
              "søndag mandag tirsdag onsdag torsdag fredag lørdag",
              "sø. ma. ti. on. to. fr. lø."),
          names(
              21,
              ".",
              "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
              "sty lut mar kwi maj cze lip sie wrz paź lis gru",
              "niedziela poniedziałek wtorek środa czwartek piątek sobota",
              "niedz. pon. wt. śr. czw. pt. sob."),
          names(
              25,
              ".",
              "Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь",
              "янв фев мар апр май июн июл авг сен окт ноя дек",
              "воскресенье понедельник вторник среда четверг пятница суббота",
              "Вс Пн Вт Ср Чт Пт Сб"),
          names(
              17,
              "/",
              "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
              "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
              "日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日",
              "日 月 火 水 木 金 土"),
          names(
              4,
              "/",
              "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
              "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
              "星期日 星期一 星期二 星期三 星期四 星期五 星期六",
              "周日 周一 周二 周三 周四 周五 周六"));

  private final String separator;
  private final List<String> months;
  private final List<String> shortMonths;
  private final List<String> days;
  private final List<String> shortDays;

  private LanguageNames(
      String separator, String months, String shortMonths, String days, String shortDays) {
    this.separator = separator;
    this.months = List.of(months.split(" ", -1));
    this.shortMonths = List.of(shortMonths.split(" ", -1));
    this.days = List.of(days.split(" ", -1));
    this.shortDays = List.of(shortDays.split(" ", -1));
  }

  private static Map.Entry<Integer, LanguageNames> names(
      int language,
      String separator,
      String months,
      String shortMonths,
      String days,
      String shortDays) {
    return Map.entry(language, new LanguageNames(separator, months, shortMonths, days, shortDays));
  }

  /** The number of a language that is written in hexadecimal digits; English if it is none. */
  static int language(String hexadecimal) {
    String last =
        hexadecimal.length() > 4 ? hexadecimal.substring(hexadecimal.length() - 4) : hexadecimal;
    try {
      return Integer.parseInt(last, 16);
    } catch (NumberFormatException e) {
      return ENGLISH;
    }
  }

  /** The names in a language; what is above its tenth bit says only in which country. */
  static LanguageNames of(int language) {
    LanguageNames names = ALL.get(language & 0x3ff);
    return names == null ? ALL.getOrDefault(ENGLISH, ALL.values().iterator().next()) : names;
  }

  /** What stands between day, month and year, for which formats write {@code /}. */
  String separator() {
    return separator;
  }

  String month(int month) {
    return months.get(month - 1);
  }

  String shortMonth(int month) {
    return shortMonths.get(month - 1);
  }

  /** From Sunday, 0. */
  String day(int day) {
    return days.get(day);
  }

  String shortDay(int day) {
    return shortDays.get(day);
  }
}
