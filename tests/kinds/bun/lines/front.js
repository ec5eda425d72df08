console.log("bun");
