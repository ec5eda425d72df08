const { src, dest } = require("gulp");

exports.all = () => src("styles/*.css").pipe(dest("web"));
