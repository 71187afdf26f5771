#pragma once
// The five schemes side by side, each with a small true picture of what it gives the model. A click brings a
// scheme to the front, or opens the model that ships with it. Used by the panel Positions.

#include "app/panels/positions/added_vectors.h"
#include "app/panels/positions/mask_stage.h"

namespace gf::ui {

/// The vectors of the two schemes that add, and the mask, as the cards and the drawings share them.
struct SchemePictures {
    AddedVectors learned, sinusoidal;
    MaskStage mask;
    AddedVectors& of(Positions scheme) { return scheme == Positions::learned ? learned : sinusoidal; }
};

class SchemeCards {
  public:
    /// Returns the scheme that was clicked, if its run is there.
    std::optional<Positions> draw(const View& view, Selection& selection, Commands& commands,
                                  Positions chosen, const UiRect& area, SchemePictures& pictures,
                                  const PositionStudy* study);

  private:
    void draw_picture(const StageContext& c, Positions scheme, SchemePictures& pictures,
                      const PositionStudy* study) const;
    void draw_waves(const StageContext& c) const;
    void draw_slopes(const StageContext& c) const;
    void draw_none(const StageContext& c, SchemePictures& pictures, const PositionStudy* study) const;
};

} // namespace gf::ui
