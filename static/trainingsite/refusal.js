// Why a rating was not stored, in words for whoever clicked.

export const LOST = "Sin conexión: no se guardó. Inténtelo otra vez.";

/** The reason behind an answer that is no rating; nothing for one that may be. */
export function refusal({ address, status }) {
  if (new URL(address, location.href).pathname.endsWith("/login/")) {
    return "Su sesión terminó y no se guardó: vuelva a entrar.";
  }
  if (status === 403) {
    return "No se guardó: su usuario no tiene permiso, o la página caducó. Vuelva a cargarla.";
  }
  if (status === 404) return "No se guardó: esa conversación ya no existe.";
  if (status >= 400) return "El sitio contestó con un error: no se guardó.";
  return "";
}
