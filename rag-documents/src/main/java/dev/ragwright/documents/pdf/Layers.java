package dev.ragwright.documents.pdf;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocumentCatalog;
import org.jspecify.annotations.Nullable;

/** Which layers (optional content) a document shows when it is opened. */
final class Layers {
  private static final COSName OCMD = COSName.getPDFName("OCMD");

  private final Set<COSBase> off = Collections.newSetFromMap(new IdentityHashMap<>());

  Layers(PDDocumentCatalog catalog) {
    COSDictionary properties = catalog.getCOSObject().getCOSDictionary(COSName.OCPROPERTIES);
    COSDictionary first = properties == null ? null : properties.getCOSDictionary(COSName.D);
    if (properties == null || first == null) {
      return;
    }
    if (COSName.OFF.equals(first.getCOSName(COSName.BASE_STATE))) {
      addAll(properties.getCOSArray(COSName.OCGS));
      COSArray on = first.getCOSArray(COSName.ON);
      for (int i = 0; on != null && i < on.size(); i++) {
        off.remove(on.getObject(i));
      }
    }
    addAll(first.getCOSArray(COSName.OFF));
  }

  private void addAll(@Nullable COSArray groups) {
    for (int i = 0; groups != null && i < groups.size(); i++) {
      COSBase group = groups.getObject(i);
      if (group != null) {
        off.add(group);
      }
    }
  }

  /** Whether what belongs to this group, or to these groups by their policy, is not shown. */
  boolean hides(@Nullable COSDictionary group) {
    if (group == null || off.isEmpty()) {
      return false;
    }
    if (!OCMD.equals(group.getCOSName(COSName.TYPE))) {
      return off.contains(group);
    }
    COSBase of = group.getDictionaryObject(COSName.OCGS);
    COSArray groups = of instanceof COSArray array ? array : new COSArray();
    if (of instanceof COSDictionary one) {
      groups.add(one);
    }
    int hidden = 0;
    int known = 0;
    for (int i = 0; i < groups.size(); i++) {
      if (groups.getObject(i) instanceof COSDictionary one) {
        known++;
        hidden += off.contains(one) ? 1 : 0;
      }
    }
    if (known == 0) {
      return false;
    }
    String policy = group.getNameAsString(COSName.P, "AnyOn");
    return switch (policy) {
      case "AllOn" -> hidden > 0;
      case "AnyOff" -> hidden == 0;
      case "AllOff" -> hidden < known;
      default -> hidden == known;
    };
  }
}
