// Reads a QR code from the camera: by the browser's own detector where it has one, else by the one
// that is kept beside this file (vendor/qr), fetched at first need.
const EVERY = 150; // milliseconds between two looks

const detector = async () => {
  const Own = globalThis.BarcodeDetector;
  if (Own && (await Own.getSupportedFormats()).includes("qr_code"))
    return new Own({ formats: ["qr_code"] });
  const { BarcodeDetector } = await import("./vendor/qr/decode.js");
  return new BarcodeDetector({ formats: ["qr_code"] });
};

// Ties the parts of `[data-scan]` together; `found` is told each text that is read.
export const scanner = (root, found) => {
  const part = (name) => root.querySelector(`[data-scan-${name}]`);
  const [start, view, video, stop, problem] = ["start", "view", "video", "stop", "problem"].map(part);
  let stream = null;

  const show = (isOpen) => {
    view.hidden = !isOpen;
    start.hidden = isOpen;
  };
  const close = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    show(false);
  };
  const look = async (reader) => {
    while (stream) {
      const codes = video.readyState >= 2 ? await reader.detect(video).catch(() => []) : [];
      if (stream && codes.length) {
        close();
        found(codes[0].rawValue);
        return;
      }
      await new Promise((resume) => setTimeout(resume, EVERY));
    }
  };
  const open = async () => {
    problem.hidden = true;
    show(true);
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 } },
      });
      video.srcObject = stream;
      await video.play();
      await look(await detector());
    } catch {
      close();
      problem.hidden = false;
    }
  };
  if (!navigator.mediaDevices?.getUserMedia) return;
  root.hidden = false;
  start.addEventListener("click", open);
  stop.addEventListener("click", close);
  addEventListener("pagehide", close);
};
