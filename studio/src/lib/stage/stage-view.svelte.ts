/** Where on the stage the picture lies: its size and place in CSS pixels. Knows nothing of what is drawn. */

export interface Pane {
  x: number;
  y: number;
  width: number;
  height: number;
}

const MAX_ZOOM = 16;
/** A small picture is not blown up further than this to fill the stage. */
const MAX_FIT = 3;

export class StageView {
  /** Device pixels for a CSS pixel. */
  pixelRatio = $state(1);
  width = $state(1);
  height = $state(1);
  image = $state.raw({ width: 1, height: 1 });
  margin = $state(24);
  sideBySide = $state(false);

  /** CSS pixels for a pixel of the picture, or null to fit the stage. */
  #zoom = $state<number | null>(null);
  #middle = $state.raw({ x: 0.5, y: 0.5 });

  /** One pane, or two of the same size: side by side, unless one above the other shows the picture much larger. */
  get panes(): [Pane] | [Pane, Pane] {
    const { width, height } = this;
    if (!this.sideBySide) return [{ x: 0, y: 0, width, height }];
    const beside = Math.min(width / 2 / this.image.width, height / this.image.height);
    const above = Math.min(width / this.image.width, height / 2 / this.image.height);
    if (beside * 1.2 >= above) {
      const half = Math.floor((width - 2) / 2);
      return [
        { x: 0, y: 0, width: half, height },
        { x: width - half, y: 0, width: half, height },
      ];
    }
    const half = Math.floor((height - 2) / 2);
    return [
      { x: 0, y: 0, width, height: half },
      { x: 0, y: height - half, width, height: half },
    ];
  }

  get fitScale(): number {
    const [pane] = this.panes;
    const byWidth = (pane.width - 2 * this.margin) / this.image.width;
    const byHeight = (pane.height - 2 * this.margin) / this.image.height;
    return Math.max(1e-4, Math.min(byWidth, byHeight, MAX_FIT / this.pixelRatio));
  }

  get isFitted(): boolean {
    return this.#zoom === null;
  }

  get scale(): number {
    return this.#zoom ?? this.fitScale;
  }

  /** Device pixels for a pixel of the picture: 1 is pixel by pixel. */
  get share(): number {
    return this.scale * this.pixelRatio;
  }

  /** Where the picture lies within a pane. */
  locatePicture(pane: Pane): Pane {
    const width = this.image.width * this.scale;
    const height = this.image.height * this.scale;
    const middle = this.isFitted ? { x: 0.5, y: 0.5 } : this.#middle;
    return {
      x: pane.x + pane.width / 2 - middle.x * width,
      y: pane.y + pane.height / 2 - middle.y * height,
      width,
      height,
    };
  }

  /** The pane that a point of the stage lies in. */
  findPane(x: number, y: number): Pane {
    const [first, second] = this.panes;
    return second && x >= second.x && y >= second.y ? second : first;
  }

  /** The point of the picture, in fractions of its long edge, under a point of the stage. */
  toPicturePoint(x: number, y: number): [number, number] {
    const place = this.locatePicture(this.findPane(x, y));
    const edge = Math.max(place.width, place.height);
    return [(x - place.x) / edge, (y - place.y) / edge];
  }

  fitToStage(): void {
    this.#zoom = null;
    this.#middle = { x: 0.5, y: 0.5 };
  }

  /** To so many device pixels for a pixel of the picture, keeping the point (x, y) of the stage where it is. */
  zoomTo(share: number, x = this.width / 2, y = this.height / 2): void {
    const pane = this.findPane(x, y);
    const before = this.locatePicture(pane);
    const min = Math.min(this.fitScale, 1 / this.pixelRatio);
    const scale = Math.max(min, Math.min(MAX_ZOOM, share) / this.pixelRatio);
    if (Math.abs(scale / this.fitScale - 1) < 0.01) return this.fitToStage();
    const at = { x: (x - before.x) / before.width, y: (y - before.y) / before.height };
    this.#zoom = scale;
    this.#setMiddle({
      x: at.x - (x - pane.x - pane.width / 2) / (this.image.width * scale),
      y: at.y - (y - pane.y - pane.height / 2) / (this.image.height * scale),
    });
  }

  zoomBy(factor: number, x?: number, y?: number): void {
    this.zoomTo(this.share * factor, x, y);
  }

  pan(dx: number, dy: number): void {
    if (this.isFitted) return;
    const { x, y } = this.#middle;
    this.#setMiddle({ x: x - dx / (this.image.width * this.scale), y: y - dy / (this.image.height * this.scale) });
  }

  #setMiddle(middle: { x: number; y: number }): void {
    const clampShare = (value: number) => Math.min(1, Math.max(0, value));
    this.#middle = { x: clampShare(middle.x), y: clampShare(middle.y) };
  }
}
